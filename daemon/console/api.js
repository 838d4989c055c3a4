/* api: the public API with the session's cookie. One place adds what unsafe calls need, reads problems, and goes to the log-in when the session has ended. */
import { loginPath, setSessionOver } from './session.js';
import { clockWas } from './time.js';
import { unsaved } from './unsaved.js';

export class ApiError extends Error {
	/** status: 0 when nobody answered. problem: as RFC 9457, with title and detail at least. */
	constructor(status, problem) {
		super(problem.detail || problem.title || String(status));
		this.status = status;
		this.problem = problem;
	}
	/** What is wrong with one member of the body, by its JSON pointer ("#/reason"), or null. */
	at(pointer) {
		return this.problem.errors?.find((e) => e.pointer === pointer)?.detail ?? null;
	}
}

let csrf = null;
let leaving = false;
export const setCsrf = (token) => {
	csrf = token;
};

/* Nothing that somebody is writing goes with the page: he is told, and chooses when. */
function goToLogin() {
	if (leaving) return;
	if (unsaved()) {
		setSessionOver(true);
		return;
	}
	leaving = true;
	location.assign(loginPath());
}

async function read(response) {
	const text = await response.text();
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/* A 503 says when to come again; whoever reads may wait, whoever decides is told. */
async function call(method, path, body, options = {}) {
	const headers = { Accept: 'application/json', ...options.headers };
	if (body !== undefined) headers['Content-Type'] = 'application/json';
	if (method !== 'GET' && csrf !== null) headers['X-Sigap-Csrf'] = csrf;
	let response;
	const sent = Date.now();
	try {
		response = await fetch(path, {
			method,
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
			credentials: 'same-origin',
			cache: 'no-store',
			signal: options.signal ?? AbortSignal.timeout(30000),
		});
	} catch (e) {
		if (e.name === 'AbortError') throw e;
		throw new ApiError(0, { title: 'unreachable', detail: 'no answer from the server' });
	}
	clockWas(Date.parse(response.headers.get('Date')), sent, Date.now(), 1000);
	const answer = await read(response);
	if (response.status === 401 && !options.stay) goToLogin();
	if (!response.ok) {
		const problem = answer !== null && typeof answer === 'object' ? answer : { title: response.statusText };
		throw new ApiError(response.status, problem);
	}
	return answer;
}

export const api = {
	get: (path, options) => call('GET', path, undefined, options),
	post: (path, body = {}, options) => call('POST', path, body, options),
	put: (path, body, options) => call('PUT', path, body, options),
};

/** "/v1/numbers" and {from, by: null} -> "/v1/numbers?from=…": what is null, undefined or "" is left out. */
export function withQuery(path, values) {
	const q = new URLSearchParams();
	for (const [name, value] of Object.entries(values))
		if (value !== null && value !== undefined && value !== '') q.set(name, value);
	const text = q.toString();
	return text === '' ? path : `${path}?${text}`;
}
