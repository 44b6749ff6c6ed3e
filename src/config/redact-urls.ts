/**
 * Hides all that stands before the last @, user and password, in what may not even be a URL.
 * An @ that was percent-encoded by mistake counts, too.
 */
export function redactUserinfo(text: string): string {
  return text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)?.*(?:@|%40)/is,
    (_match, scheme: string | undefined) => `${scheme ?? ''}***@`,
  );
}

/** Hides user, password, query and fragment of what is meant to be a URL. */
export function redactUrl(text: string): string {
  return (
    redactUserinfo(text)
      // What is no port may be the password of a URL without a host.
      .replace(/^([a-z][a-z0-9+.-]*:\/\/)?([^/?#:[\]]*):(?!\d*(?:[/?#]|$)).*/is, '$1$2:***')
      .replace(/([?#]).+/s, '$1***')
  );
}
