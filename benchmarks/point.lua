-- wrk: a different point query for every request
local n = 0
function request()
  n = (n * 1103515245 + 12345) % 200000
  local query = "SELECT%20%3Fp%20%3Fo%20WHERE%20%7B%20%3Chttp%3A%2F%2Fexample.org%2Fe%2F" .. n .. "%3E%20%3Fp%20%3Fo%20%7D"
  return wrk.format("GET", "/sparql?query=" .. query, { Accept = "application/sparql-results+json" })
end
