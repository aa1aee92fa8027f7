internal import Audit
internal import Policy

/// A decision as the log holds it: what was asked, what was answered, and under which policy.
struct RecordedRequest {
    let sequence: UInt64
    let question: PolicyQuestion
    /// Whose rights the principal's could not exceed.
    let ceiling: Principal?
    let answer: DecisionSummary
    let digest: String
    /// What the record doesn't hold though the decision may have rested on it.
    let missing: Missing

    /// What a record can lack.
    struct Missing: OptionSet {
        let rawValue: UInt8
        static let tags = Missing(rawValue: 1)
        static let groups = Missing(rawValue: 2)
        /// Name, groups and address stand in the record encrypted, under a pseudonym.
        static let sealed = Missing(rawValue: 4)
    }
}

/// What reading a line can come to.
enum RecordedLine {
    /// A decision that a policy made.
    case decision(RecordedRequest)
    /// Not a decision of a policy: a record of the log itself, an outcome, a malformed request, a failed handshake.
    case other
    /// A decision that can't be asked again, and why.
    case unreadable(String)
}

/// Reads decisions out of record lines; principals that come again are not parsed again.
struct RecordedRequestReader {
    private let template: IdentityTemplate
    private let trustDomain: String
    private var principals: [RawKey: RecordedPrincipal] = [:]
    private var clients: [RawKey: RecordedClient] = [:]
    private var digests: [RawKey: String] = [:]

    init(trustDomain: String, template: IdentityTemplate = .consul) {
        self.trustDomain = trustDomain
        self.template = template
    }

    mutating func read(_ line: [UInt8]) -> RecordedLine {
        guard let members = RecordMembers(line: line) else {
            return .unreadable("malformed record")
        }
        guard let kind = members.raw(.type),
            kind.elementsEqual(Self.decision)
                || kind.elementsEqual(Self.intent),
            let verdict = members.raw(.decision), let policy = members.raw(.policy),
            let gate = members.text(.gate).flatMap(Gate.init),
            let actionName = members.text(.action), actionName != "tls.handshake"
        else { return .other }
        // A public operation is allowed by no gate; a refusal without one was of a malformed request.
        let isAllowed = verdict.elementsEqual(Self.allow)
        if gate == .none, !isAllowed { return .other }
        guard let action = Action(name: actionName) else {
            return .unreadable("unknown action \(actionName)")
        }
        guard let time = members.nowNanoseconds else { return .unreadable("no time") }
        guard let principal = principal(members) else {
            return .unreadable("principal not readable")
        }
        var missing = principal.missing
        let resource = resource(members, action, isAllowed: isAllowed, &missing)
        let context = client(members).context(at: time, isPublic: isAllowed && gate == .none)
        return .decision(
            RecordedRequest(
                sequence: members.sequence,
                question: PolicyQuestion(
                    principal: principal.principal,
                    operation: Operation(action: action, resource: resource), context: context),
                ceiling: principal.ceiling,
                answer: DecisionSummary(
                    isAllowed: isAllowed, gate: gate, rule: members.text(.rule),
                    reason: members.text(.reason)),
                digest: digest(policy), missing: missing))
    }

    private mutating func digest(_ raw: ArraySlice<UInt8>) -> String {
        let key = RawKey(raw)
        if let known = digests[key] { return known }
        let text = String(decoding: raw.dropFirst().dropLast(), as: UTF8.self)
        if digests.count < ReplayLimits.cachedMax { digests[key] = text }
        return text
    }

    private func resource(
        _ members: borrowing RecordMembers, _ action: Action, isAllowed: Bool,
        _ missing: inout RecordedRequest.Missing
    ) -> Resource {
        guard let raw = members.raw(.resource) else { return Resource() }
        var resource = Resource(
            service: RecordObject.text("service", in: raw),
            namespace: RecordObject.text("namespace", in: raw) ?? "default",
            id: RecordObject.text("id", in: raw))
        if let tags = RecordObject.strings("tags", in: raw) {
            resource.tags = tags
        } else if action == .serviceRegister {
            // An intent holds the whole registration; a refusal of an older version did not tell its tags.
            resource.tags = members.raw(.detail).flatMap { RecordObject.strings("tags", in: $0) }
            if resource.tags == nil { missing.insert(.tags) }
        }
        return resource
    }

    private mutating func client(_ members: borrowing RecordMembers) -> RecordedClient {
        guard let raw = members.raw(.client) else { return RecordedClient() }
        let key = RawKey(raw)
        if let known = clients[key] { return known }
        var client = RecordedClient()
        client.address = RecordObject.text("ip", in: raw).flatMap { IPAddress(parsing: $0) }
        client.certificateFrom = RecordObject.raw("cert_from", in: raw).flatMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        if clients.count >= ReplayLimits.cachedMax { clients.removeAll() }
        clients[key] = client
        return client
    }

    private mutating func principal(_ members: borrowing RecordMembers) -> RecordedPrincipal? {
        guard let raw = members.raw(.principal) else { return nil }
        let key = RawKey(raw)
        if let known = principals[key] { return known }
        guard let read = RecordedPrincipal(raw, trustDomain: trustDomain, template: template) else {
            return nil
        }
        if principals.count >= ReplayLimits.cachedMax { principals.removeAll() }
        principals[key] = read
        return read
    }

    private static let decision = Array("\"decision\"".utf8)
    private static let intent = Array("\"intent\"".utf8)
    private static let allow = Array("\"allow\"".utf8)
}

/// What a record tells of the client.
struct RecordedClient {
    var address: IPAddress?
    /// Seconds since 1970.
    var certificateFrom: Int64?

    func context(at time: Int64, isPublic: Bool) -> Context {
        let age = certificateFrom.map { time.subtractingReportingOverflow($0 &* 1_000_000_000) }
        return Context(
            nowNanoseconds: time, sourceIP: address,
            authenticationStrength: certificateFrom == nil ? nil : .certificate,
            certificateAgeNanoseconds: age.map { max(0, $0.partialValue) }, isPublic: isPublic)
    }
}

/// Encoded bytes as a key of a cache.
struct RawKey: Hashable {
    let bytes: [UInt8]

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = Array(bytes)
    }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
