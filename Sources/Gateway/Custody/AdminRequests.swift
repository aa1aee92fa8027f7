internal import PKI
internal import StrictJSON
internal import Text

/// What is asked over the admin socket, and how it is answered, each one line of JSON.
///
/// `{"csr":"..."}` has an operator's certificate issued. `{"ca":"csr"}`, `{"ca":"install","certificate":"..."}` and
/// `{"ca":"install-crl","crl":"..."}` are the exchange with a root that is kept elsewhere: once the intermediate has ended, nobody has a certificate to ask for it with.
struct AdminRequests: Sendable {
    let desk: OperatorDesk
    let authorities: AuthorityDesk
    let clock: @Sendable () -> Int64

    /// What was asked for, or `{"error":"..."}`.
    func answer(_ line: [UInt8], _ user: PeerUser) async -> [UInt8] {
        var writer = JSONWriter()
        do {
            try writer.value(await answered(try? StrictJSON.parse(line), user.id))
        } catch {
            writer = JSONWriter()
            writer.value(.object([.init(name: "error", value: .string("\(error)"))]))
        }
        return writer.bytes
    }

    private func answered(_ asked: JSONValue?, _ user: UInt32) async throws -> JSONValue {
        if let crl = asked?["crl"]?.string {
            return try await install(crl, asked, user)
        }
        switch (asked?["ca"]?.string, asked?["csr"]?.string, asked?["certificate"]?.string) {
        case (nil, let csr?, nil): return try await issue(csr, user)
        case ("csr", nil, nil):
            let csr = try await authorities.request(desk.journal, forUser: user)
            return .object([.init(name: "csr", value: .string(csr))])
        case ("install", nil, let pem?):
            let change = try await authorities.take(
                .install(Array(pem.utf8)), desk.journal, forUser: user, nowNanoseconds: clock())
            return .object([
                .init(name: "prepared", value: .array(change.prepared.map { .string($0) }))
            ])
        default:
            throw PKIError.invalidRequest("expected one line of JSON with csr, or with ca")
        }
    }

    private func install(
        _ crl: String, _ asked: JSONValue?, _ user: UInt32
    ) async throws -> JSONValue {
        let step = AuthorityStep.installList(Array(crl.utf8))
        guard asked?["ca"]?.string == step.name, asked?["csr"] == nil, asked?["certificate"] == nil
        else { throw PKIError.invalidRequest("a list goes with ca: \(step.name)") }
        let change = try await authorities.take(
            step, desk.journal, forUser: user, nowNanoseconds: clock())
        return .object([
            .init(name: "listed", value: .array(change.listed.map { .string($0) }))
        ])
    }

    private func issue(_ csr: String, _ user: UInt32) async throws -> JSONValue {
        let issued = try await desk.issue(
            try OperatorRequest(ParsedCSR(Array(csr.utf8))), forUser: user, nowNanoseconds: clock())
        let end = CivilTime.rfc3339(nanoseconds: issued.expiresAtNanoseconds)
        return .object([
            .init(name: "chain", value: .string(issued.chainPEM)),
            .init(name: "bundle", value: .string(issued.bundlePEM)),
            .init(name: "expiresAt", value: .string(end)),
        ])
    }
}
