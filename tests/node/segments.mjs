// Counts texts as SMS with Twilio's calculator. stdin: JSON list of texts; stdout: JSON list of {coding, units, parts: [units of each part]}, in the same order.
import calculator from "sms-segments-calculator";

const count = (text) => {
  const message = new calculator.SegmentedMessage(text);
  const gsm = message.getEncodingName() === "GSM-7";
  const size = (segment) => segment.messageSizeInBits() / (gsm ? 7 : 16);
  const parts = message.segments.map(size);
  return { coding: message.getEncodingName(), units: parts.reduce((sum, n) => sum + n, 0), parts };
};
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks)).map(count)));
