// Asking the service: with the token in a header, never in an address.
const KEPT = "qudao.token";

export const session = {
  get token() {
    return sessionStorage.getItem(KEPT);
  },
  set token(token) {
    if (token) sessionStorage.setItem(KEPT, token.trim());
    else sessionStorage.removeItem(KEPT);
  },
  // #token=... stays in the browser; it is taken out of the address so that nobody copies it with the link.
  takeFromAddress() {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given) {
      this.token = given;
      history.replaceState(null, "", location.pathname);
    }
    return Boolean(given);
  },
};

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem?.code;
  }
}

export async function request(url, language, { headers = {}, ...options } = {}) {
  const token = session.token;
  const answer = await fetch(url, {
    ...options, cache: "no-store", credentials: "omit",
    headers: { "accept-language": language, ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  });
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => null));
}

export async function ask(url, language) {
  return (await request(url, language)).json();
}
