// Signs calls as the gateways' own libraries do, and says what they think of a signature.
// stdin: JSON list; stdout: JSON list of answers in the same order.
//   {"ask": "twilio", token, url, params}             the signature (params: an object; several values of one name as a list)
//   {"ask": "twilio-valid", token, url, params, signature}   true or false
//   {"ask": "nexmo", method, secret, params}          sig
import { createRequire } from "node:module";
import { getExpectedTwilioSignature, validateRequest } from "twilio/lib/webhooks/webhooks.js";

const HashGenerator = createRequire(import.meta.url)("nexmo/lib/HashGenerator.js");

const answers = {
  twilio: ({ token, url, params }) => getExpectedTwilioSignature(token, url, params),
  "twilio-valid": ({ token, url, params, signature }) => validateRequest(token, signature, url, params),
  nexmo: ({ method, secret, params }) => new HashGenerator().generate(method, secret, params),
};
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks)).map((asked) => answers[asked.ask](asked))));
