internal import PKI
internal import Policy
internal import StrictJSON

/// An operation on agents or on registration entries, decoded and not yet decided.
struct IdentityCommand: Sendable {
    enum Kind: Sendable {
        case createEntry(EntryDraft)
        case deleteEntry(id: String)
        case entry(id: String)
        case entries(agent: String?)
        case createToken(agent: String, seconds: Int)
        case attest(AgentRequest)
        case issue(EntryRequest)
        case issueJWT(EntryTokenRequest)
        case updates(AgentUpdates)
        case event(AgentEvent)
    }

    let kind: Kind
    /// Who asks; set when the connection's principal is known.
    private(set) var caller = Principal.anonymous
    private(set) var resource: Resource

    init(_ kind: Kind) {
        self.kind = kind
        resource = Self.resource(of: kind)
    }

    /// The command with who asks, and with what it is done to.
    func bound(to principal: Principal, _ desk: IdentityDesk) -> IdentityCommand {
        var command = self
        command.caller = principal
        switch kind {
        case .issue(let request): command.resource = desk.entries.resource(of: request.entry)
        case .issueJWT(let request): command.resource = desk.entries.resource(of: request.entry)
        case .updates, .event: command.resource = Resource(id: desk.agent(principal))
        case .createEntry, .deleteEntry, .entry, .entries, .createToken, .attest: break
        }
        return command
    }

    /// Where the command is carried out: what waits, or asks another process to sign, goes to the slow lane.
    func command(_ performer: Performer) -> Command {
        switch kind {
        case .updates(let question):
            guard let agent = performer.identity.agent(caller) else { return .identity(self) }
            return .slow(
                AgentUpdatesOperation(
                    desk: performer.identity, agent: agent, question: question))
        case .attest, .issue, .issueJWT:
            return performer.trustDomain.signsLocally
                ? .identity(self) : .slow(AgentIssuance(performer: performer, command: self))
        case .createEntry, .deleteEntry, .entry, .entries, .createToken, .event:
            return .identity(self)
        }
    }

    var isChange: Bool {
        switch kind {
        case .createEntry, .deleteEntry, .createToken, .attest, .issue, .issueJWT: true
        case .entry, .entries, .updates, .event: false
        }
    }

    /// What an intent record says of it; never a token.
    var intentDetail: [UInt8]? {
        switch kind {
        case .createEntry(let draft): draft.encodedDetail()
        case .createToken(let agent, let seconds): tokenDetail(agent, seconds)
        case .attest(let request): request.encodedDetail(caller)
        case .issue(let request): request.encodedDetail()
        case .issueJWT(let request): request.encodedDetail()
        case .event(let event): event.encodedDetail()
        case .deleteEntry, .entry, .entries, .updates: nil
        }
    }

    private func tokenDetail(_ agent: String, _ seconds: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"agent\":")
        writer.string(agent)
        writer.raw(",\"ttl_seconds\":")
        writer.integer(seconds)
        writer.raw("}")
        return writer.bytes
    }

    private static func resource(of kind: Kind) -> Resource {
        switch kind {
        case .createEntry(let draft):
            let id = try? SPIFFEID(parsing: draft.spiffeID)
            guard let service = id.flatMap({ IdentityTemplate.consul.serviceIdentity(of: $0) })
            else { return Resource() }
            return Resource(service: service.service, namespace: service.namespace)
        case .deleteEntry(let id), .entry(let id): return Resource(id: id)
        case .createToken(let agent, _): return Resource(id: agent)
        case .attest(let request): return Resource(id: request.agent)
        case .issue(let request): return Resource(id: request.entry)
        case .issueJWT(let request): return Resource(id: request.entry)
        case .entries, .updates, .event: return Resource()
        }
    }
}

extension EntryDraft {
    fileprivate func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(spiffeID)
        writer.raw(",\"agent\":")
        writer.string(agent)
        writer.raw(",\"selectors\":")
        writer.strings(selectors)
        if !hint.isEmpty {
            writer.raw(",\"hint\":")
            writer.string(hint)
        }
        writer.raw("}")
        return writer.bytes
    }
}
