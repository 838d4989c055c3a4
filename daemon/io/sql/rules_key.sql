select value, (select value from setting where name = 'rules_version'), now() from secret where name = 'link_key'
