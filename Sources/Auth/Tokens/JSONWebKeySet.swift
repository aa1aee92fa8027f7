internal import StrictJSON

/// The keys of one issuer (RFC 7517 section 5).
///
/// Keys that can't be used are left out, so that one odd key does not fail the set. A key identifier that stands twice
/// names no key at all: which of the two would be meant?
public struct JSONWebKeySet: Sendable {
    private let keys: [JSONWebKey]
    private let ambiguous: Set<String>
    /// How many keys of the text are left out.
    public let ignoredCount: Int

    /// Reads a set.
    ///
    /// - Parameters:
    ///   - bytes: The set's JSON text.
    ///   - allowingSecrets: True only for keys of this process's own; an issuer's set never brings any.
    /// - Throws: ``AuthError/keySet(_:)`` for a text that is no key set.
    public init(_ bytes: [UInt8], allowingSecrets: Bool = false) throws(AuthError) {
        let limits = JSONLimits(
            bytesMax: AuthLimits.keySetBytesMax, depthMax: 8, valuesMax: 10_000)
        let value: JSONValue
        do {
            value = try StrictJSON.parse(bytes, limits: limits)
        } catch {
            throw .keySet("\(error)")
        }
        guard case .array(let list)? = value["keys"] else {
            throw .keySet("it has no list of keys")
        }
        try self.init(list, allowingSecrets: allowingSecrets)
    }

    init(_ list: [JSONValue], allowingSecrets: Bool) throws(AuthError) {
        guard list.count <= AuthLimits.keySetKeysMax else {
            throw .keySet("it has more than \(AuthLimits.keySetKeysMax) keys")
        }
        var seen: Set<String> = []
        var twice: Set<String> = []
        for name in list.compactMap({ $0["kid"]?.string }) where !seen.insert(name).inserted {
            twice.insert(name)
        }
        ambiguous = twice
        keys = list.compactMap(JSONWebKey.init).filter { allowingSecrets || !$0.isSecret }
        ignoredCount = list.count - keys.count
    }

    /// The one key that a token names; without a name, the set's only key if that has none either.
    func key(named name: String?) -> JSONWebKey? {
        guard let name else {
            return keys.count == 1 && keys[0].keyID == nil ? keys[0] : nil
        }
        guard !ambiguous.contains(name) else { return nil }
        return keys.first { $0.keyID.map { $0.utf8.elementsEqual(name.utf8) } ?? false }
    }

    /// Whether a token's key may come with a fresh set: it is not in this one.
    func lacks(_ name: String?) -> Bool {
        guard let name else { return false }
        return !ambiguous.contains(name) && key(named: name) == nil
    }

    /// How many keys can be used.
    public var count: Int { keys.count }
}
