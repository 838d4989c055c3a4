// Checks signed webhooks with the reference library of Standard Webhooks.
// stdin: JSON list of {secret, headers, body (base64)}; stdout: JSON list of true or the library's words of refusal, in the same order.
import { Webhook } from "standardwebhooks";

const verdict = ({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64"), headers);
    return true;
  } catch (refusal) {
    return String(refusal.message);
  }
};
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks)).map(verdict)));
