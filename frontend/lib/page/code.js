/**
 * A request as a person would type it: for a shell, or in Python with nothing but its standard library (and numpy,
 * where a tensor comes).
 *
 * @import { Request } from "./requests.js"
 */

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @param {Request} request @param {string} origin  Such as http://127.0.0.1:8000. */
export function toCurl({ method, path, body, file, answer, saved }, origin) {
  const plain = body === undefined && !file;
  const implied = plain ? "GET" : "POST";
  const output = answer === "npy" ? "tensor.npy" : saved;
  const sent = () => (file ? ["--data-binary", `@${file.file}`] : ["-d", quoted(JSON.stringify(body))]);
  return [
    "curl -s", ...(method === implied ? [] : ["-X", method]), ...(output ? ["-o", output] : []), quoted(origin + path),
    ...(plain ? [] : ["-H", quoted(`Content-Type: ${file?.type ?? "application/json"}`), ...sent()]),
  ].join(" ");
}

/** JSON as Python writes it. @param {unknown} value @returns {string} */
function literal(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(/** @type {object} */ (value)).map(([key, each]) => `${JSON.stringify(key)}: ${literal(each)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** What is done with the open answer, and what that needs. @type {Record<Request["answer"], { modules: string[], lines: (saved: string) => string[] }>} */
const ANSWERS = {
  json: { modules: ["json"], lines: () => ["print(json.load(answer))"] },
  nothing: { modules: [], lines: () => ["print(answer.status)"] },
  csv: { modules: [], lines: () => ["print(answer.read().decode())"] },
  npy: { modules: ["io"], lines: () => ["tensor = np.load(io.BytesIO(answer.read()))", "print(tensor.shape, tensor.dtype)"] },
  file: { modules: ["pathlib"], lines: (saved) => [`pathlib.Path(${JSON.stringify(saved)}).write_bytes(answer.read())`] },
};

/** @param {Request} request @param {string} origin */
export function toPython({ method, path, body, file, answer, saved = "" }, origin) {
  const { modules, lines } = ANSWERS[answer];
  const data = file ? `pathlib.Path(${JSON.stringify(file.file)}).read_bytes()` : `json.dumps(${literal(body)}).encode()`;
  const type = file?.type ?? "application/json";
  const sends = body !== undefined || file !== undefined;
  const needed = new Set([...modules, "urllib.request", ...(file ? ["pathlib"] : sends ? ["json"] : [])]);
  return [
    `import ${[...needed].sort().join(", ")}`,
    ...(answer === "npy" ? ["", "import numpy as np"] : []),
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(origin + path)},`,
    ...(sends ? [`    data=${data},`, `    headers={"Content-Type": ${JSON.stringify(type)}},`] : []),
    `    method=${JSON.stringify(method)},`,
    ")",
    "with urllib.request.urlopen(request) as answer:",
    ...lines(saved).map((line) => `    ${line}`),
  ].join("\n");
}
