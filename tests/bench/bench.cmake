# The tools of the benchmarks; built on request: cmake --build DIR --target bench_load bench_sink bench_triage
foreach(tool load sink)
	add_executable(bench_${tool} EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/${tool}.c)
	target_link_libraries(bench_${tool} PRIVATE sigap_build)
endforeach()
add_executable(bench_triage EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/triage.c)
target_link_libraries(bench_triage PRIVATE sigap_core)
