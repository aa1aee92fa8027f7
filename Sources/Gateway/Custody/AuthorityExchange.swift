internal import Audit
internal import Glibc
internal import PKI
internal import Policy
internal import StrictJSON

/// Intermediates and lists of a root that is kept elsewhere, taken on the gateway's machine: by the gateway where one runs on the folder, else here.
///
/// Once the intermediate has ended no operator's certificate is good, and without another intermediate the gateway does not start. So whoever can
/// read the authorities' keys does this without a certificate, recorded before and after.
struct AuthorityExchange {
    let configuration: GatewayConfiguration

    /// The request for the next intermediate, PEM.
    func request(nowNanoseconds now: Int64) async throws -> String {
        let client = AdminClient(place: AdminSocketPath(configuration))
        if let answer = try await client.ask([("ca", .string("csr"))]) {
            guard let csr = answer["csr"]?.string else { throw client.silence }
            return csr
        }
        return try await offline(AuthorityDesk.request, now) { store, receipt, number in
            let cleared = try store.authorities.clearRequest(receipt: receipt, boundTo: number)
            return (try store.authorities.request(cleared), AuthorityDesk.done)
        }
    }

    /// Takes the certificate that came of it; the key identifier of the intermediate that is prepared then.
    func install(_ pem: String, nowNanoseconds now: Int64) async throws -> [String] {
        let client = AdminClient(place: AdminSocketPath(configuration))
        if let answer = try await client.ask([
            ("ca", .string("install")), ("certificate", .string(pem)),
        ]) {
            guard case .array(let prepared)? = answer["prepared"] else { throw client.silence }
            return prepared.compactMap(\.string)
        }
        let step = AuthorityStep.install(Array(pem.utf8))
        return try await offline(step.detail, now) { store, receipt, number in
            let cleared = try store.authorities.clear(step, receipt: receipt, boundTo: number)
            let change = try store.authorities.take(cleared, nowNanoseconds: now)
            return (change.prepared, change.detail)
        }
    }

    /// Takes a list of revoked certificates that was made where a root's key is; the key identifier of the root.
    func installList(_ pem: String, nowNanoseconds now: Int64) async throws -> [String] {
        let client = AdminClient(place: AdminSocketPath(configuration))
        let step = AuthorityStep.installList(Array(pem.utf8))
        if let answer = try await client.ask([("ca", .string(step.name)), ("crl", .string(pem))]) {
            guard case .array(let listed)? = answer["listed"] else { throw client.silence }
            return listed.compactMap(\.string)
        }
        let numbers = ListNumbers()
        return try await offline(step.detail, now, replay: { numbers.replay($0) }) {
            store, receipt, number in
            store.authorities.take(numbers)
            let cleared = try store.authorities.clear(step, receipt: receipt, boundTo: number)
            let change = try store.authorities.take(cleared, nowNanoseconds: now)
            return (change.listed, change.detail)
        }
    }

    private func offline<R>(
        _ detail: [UInt8], _ now: Int64, replay: (ReplayedRecord) -> Void = { _ in },
        _ body: (TrustDomainStore, consuming Receipt, UInt64) throws -> (R, [UInt8])
    ) async throws -> R {
        try await OfflineLog(configuration: configuration).record(
            Action.caRotate.name, detail: AuthorityDesk.detail(detail, by: geteuid()),
            replay: replay
        ) { receipt, number in
            // Not before the log is ours: whoever else has it may be changing the folder.
            let store = try TrustDomainOpening(configuration).existing(nowNanoseconds: now)
            return try body(store, receipt, number)
        }
    }
}
