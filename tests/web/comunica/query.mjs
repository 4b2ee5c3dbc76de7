// Runs one SPARQL query against an endpoint and prints the rows as JSON: node query.mjs ENDPOINT QUERY
import { QueryEngine } from '@comunica/query-sparql';

const [endpoint, query] = process.argv.slice(2);
const stream = await new QueryEngine().queryBindings(query, {
  sources: [{ type: 'sparql', value: endpoint }],
});
const rows = [];
for await (const bindings of stream) {
  rows.push(Object.fromEntries([...bindings].map(([name, term]) => [name.value, term.value])));
}
console.log(JSON.stringify(rows));
