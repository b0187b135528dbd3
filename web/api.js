// Calls of this app's own interface; every answer that is no success becomes a Problem.

const TIMEOUT_MS = 60_000;

export class Problem extends Error {
  /** `code` and `detail` are the problem's; status 0 means that no answer came. */
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

export async function call(method, path, body) {
  const options = {
    method,
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0, "no_answer", "The sync service does not answer. Check your connection; we try again.");
  }
  const answer = await read(response);
  if (!response.ok) {
    throw new Problem(response.status, answer.code ?? "unknown", answer.detail ?? "Something went wrong. Please try again.");
  }
  return answer;
}
