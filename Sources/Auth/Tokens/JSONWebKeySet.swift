internal import StrictJSON
internal import Text

/// The keys of one issuer (RFC 7517 section 5).
///
/// Keys that can't be used are left out, so that one odd key does not fail the set. A key identifier that stands twice
/// names no key at all: which of the two would be meant? A set that tells a secret is none: whoever can read it could sign.
package struct JSONWebKeySet: Sendable {
    private let named: [ExactText: JSONWebKey]
    /// The set's only key, where that has no identifier.
    private let nameless: JSONWebKey?
    /// How many keys of the text can't be used.
    package let ignoredCount: Int

    /// Reads a set.
    ///
    /// - Parameter bytes: The set's JSON text.
    /// - Throws: ``KeySetFault`` for a text that is no key set, or one without a key that can be used.
    package init(_ bytes: [UInt8]) throws(KeySetFault) {
        let limits = JSONLimits(
            bytesMax: TokenLimits.keySetBytesMax, depthMax: TokenLimits.keySetDepthMax,
            valuesMax: TokenLimits.keySetValuesMax)
        let value: JSONValue
        do {
            value = try StrictJSON.parse(bytes, limits: limits)
        } catch {
            throw KeySetFault("it is not JSON: \(error)")
        }
        guard case .array(let list)? = value["keys"] else {
            throw KeySetFault("it has no list \"keys\"")
        }
        guard list.count <= TokenLimits.keySetKeysMax else {
            throw KeySetFault("it has more than \(TokenLimits.keySetKeysMax) keys")
        }
        guard !list.contains(where: JSONWebKey.tellsASecret) else {
            throw KeySetFault("it holds a private or shared key; give it public keys only")
        }
        let keys = list.compactMap(JSONWebKey.init)
        var twice: Set<ExactText> = []
        var seen: Set<ExactText> = []
        for name in list.compactMap({ $0["kid"]?.string }).map(ExactText.init)
        where !seen.insert(name).inserted {
            twice.insert(name)
        }
        var named: [ExactText: JSONWebKey] = [:]
        for key in keys {
            guard let name = key.keyID.map(ExactText.init), !twice.contains(name) else { continue }
            named[name] = key
        }
        self.named = named
        nameless = list.count == 1 ? keys.first.flatMap { $0.keyID == nil ? $0 : nil } : nil
        let count = named.count + (nameless == nil ? 0 : 1)
        ignoredCount = list.count - count
        guard count > 0 else { throw KeySetFault("none of its \(list.count) keys can be used") }
    }

    /// The one key that a token names; without a name, the set's only key if that has none either.
    func key(named name: String?) -> JSONWebKey? {
        guard let name else { return nameless }
        return named[ExactText(name)]
    }
}

/// Why a text is no key set that can be used.
package struct KeySetFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with it, as the end of a sentence.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
