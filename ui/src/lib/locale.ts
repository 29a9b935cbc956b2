// The reader's locale. Not every name that a system gives is one: under LANG=C the web view on Linux says "C", which
// Intl refuses.

const FALLBACK = 'en-GB';

/** The first of the system's languages that Intl understands. */
export function readerLocale(languages: readonly string[] = typeof navigator === 'undefined' ? [] : [navigator.language, ...(navigator.languages ?? [])]): string {
  for (const language of languages) {
    try {
      const [tag] = Intl.getCanonicalLocales(language);
      if (tag) return tag;
    } catch {
      // Not a language tag: ask the next.
    }
  }
  return FALLBACK;
}

/** Has `navigator.language` name a language, for libraries (uPlot) that hand it to Intl unasked. */
export function mendLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: readerLocale(), configurable: true });
  }
}
