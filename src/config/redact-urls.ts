/** Hides what stands before the @ in anything that looks like a URL, well-formed or not. */
export function redactUrls(text: string): string {
  return text.replace(
    /(\/\/)[^/\s]*@|^[^/\s]+:[^/\s]*@/g,
    (_match, slashes: string | undefined) => `${slashes ?? ''}***@`,
  );
}
