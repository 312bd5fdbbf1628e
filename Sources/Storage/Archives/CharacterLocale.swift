import Glibc

/// A locale in which names are UTF-8, for the calls of one thread.
///
/// Under the C locale, which cron gives, libarchive cannot say names outside ASCII. The locale of
/// the process and all its other categories stay as they are.
@safe struct CharacterLocale: ~Copyable {
  private let locale: locale_t?

  init() {
    // Safety: the name is a constant; a null base starts from the C locale. Where the system lacks
    // it, the result is null and names outside ASCII are reported as unreadable.
    unsafe locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
  }

  deinit {
    // Safety: made by `init`, freed once, and in no thread's use, since `perform` has set it back.
    if let locale = unsafe locale { unsafe freelocale(locale) }
  }

  /// Calls `body` with this thread in the locale.
  func perform<Result>(_ body: () -> Result) -> Result {
    guard let locale = unsafe locale else { return body() }
    // Safety: the locale is alive, and the thread goes back to its former one.
    let former = unsafe uselocale(locale)
    defer { _ = unsafe uselocale(former) }
    return body()
  }
}
