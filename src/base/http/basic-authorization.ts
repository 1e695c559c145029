function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The header's value for a user and a password (RFC 7617). */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The header's value for the user and password in an address, if it has any. */
export function basicFromUrl(url: URL): string | undefined {
  return url.username === '' ? undefined : basicAuthorization(decoded(url.username), decoded(url.password));
}
