/** Hides all that stands before the last @, user and password, in what may not even be a URL. */
export function redactUrls(text: string): string {
  return text.replace(
    /^(.*?\/\/)?.*@/s,
    (_match, scheme: string | undefined) => `${scheme ?? ''}***@`,
  );
}
