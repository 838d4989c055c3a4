select code, alias, kind from region_alias order by code, alias
