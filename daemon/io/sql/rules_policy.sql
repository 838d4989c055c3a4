select version, text from policy order by version desc limit 1
