internal import Auth

/// Header fields that few answers have.
package struct FurtherFields: Equatable, Sendable {
    /// The methods for `Allow`, with status 405.
    package var allow: String?
    /// When to try again, with status 429 or 503.
    package var retryAfterSeconds: Int?
    /// For `Set-Cookie`, a field each, on listeners that take cookies.
    var setCookies: [String] = []
    /// Where else to go, with status 303.
    var location: String?
    /// Where a page leads by itself at once, for `Refresh`.
    var refresh: String?
    /// Where a browser was going that has to sign on first; a page only, no field.
    var target: LocalTarget?
    /// Whether it is a page, which browsers are told to let do nothing.
    var isPage = false
    /// What was asked too often, for `RateLimit` and `RateLimit-Policy`.
    var overrun: RateOverrun?
    /// The same of another quota.
    var quota: QuotaReading?
}

/// One reference to them, so that an answer without any is small: answers and problems are copied many times on their way.
package indirect enum BoxedFields: Equatable, Sendable {
    case none
    case some(FurtherFields)

    /// The fields; all of them nil where there are none.
    var fields: FurtherFields {
        get {
            if case .some(let fields) = self { fields } else { FurtherFields() }
        }
        set { self = .some(newValue) }
    }

    @inline(__always)
    var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
