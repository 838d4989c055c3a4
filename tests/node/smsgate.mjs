// The API client of SMS Gateway for Android (npm android-sms-gateway) does what it is told.
// argv: address, user, password; stdin: JSON list of [method, ...arguments]; stdout: JSON list of what came back, or {"refused": status}.
import { readFileSync } from "node:fs";

// The package does not say that its only file is an ES module, and Node 18 takes it for CommonJS: so it is given as what it is.
const source = readFileSync(new URL("./node_modules/android-sms-gateway/dist/index.js", import.meta.url));
const { default: Client } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

const [base, user, password] = process.argv.slice(2);
const call = async (method, url, headers, body) => {
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!answer.ok) throw { refused: answer.status };
  const text = await answer.text();
  return text === "" ? null : JSON.parse(text);
};
const http = {
  get: (url, headers) => call("GET", url, headers),
  post: (url, body, headers) => call("POST", url, headers, body),
  put: (url, body, headers) => call("PUT", url, headers, body),
  patch: (url, body, headers) => call("PATCH", url, headers, body),
  delete: (url, headers) => call("DELETE", url, headers),
};
const client = new Client(user, password, http, base);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const [method, ...given] of JSON.parse(Buffer.concat(chunks))) {
  answers.push(await client[method](...given).catch((refusal) => (refusal.refused ? refusal : { refused: String(refusal) })));
}
console.log(JSON.stringify(answers));
