internal import PKI
internal import Policy
internal import StrictJSON

/// What the gateway says is an agent's: its entries and the bundles, with the name of that state.
struct AgentState: Sendable {
    let index: String
    /// Nil where the state is the one that was known.
    let content: Content?

    struct Content: Sendable {
        let entries: [RegistrationEntry]
        let bundles: [TrustBundle]
    }

    /// Reads an answer.
    ///
    /// - Throws: `AgentError.badAnswer`.
    init(_ value: JSONValue, trustDomain: String) throws(AgentError) {
        guard let index = value["index"]?.string else { throw .badAnswer("no index") }
        self.index = index
        guard case .array(let elements)? = value["entries"], let map = value["bundles"] else {
            content = nil
            return
        }
        guard value["trustDomain"]?.string == trustDomain else {
            throw .badAnswer("it is the gateway of another trust domain")
        }
        let rules = EntryRules(trustDomain: trustDomain, x509TTLSeconds: 1...Int.max)
        do {
            var writer = JSONWriter(capacity: 8192)
            writer.value(map)
            content = Content(
                entries: try elements.map { try RegistrationEntry(stored: $0, rules: rules) },
                bundles: try BundleDocument.parseMap(writer.bytes))
        } catch {
            throw .badAnswer("\(error)")
        }
    }
}
