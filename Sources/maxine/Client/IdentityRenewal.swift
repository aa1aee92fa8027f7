import NIOCore
import NIOHTTP1
import PKI
import Policy
import StrictJSON
import Text
import Time

/// Renews the identity of one folder.
struct IdentityRenewal {
    let folder: IdentityFolder
    let ttlSeconds: Int?
    private let options: ClientOptions
    private let now = Clocks.system.wall

    init(folder: IdentityFolder, ttlSeconds: Int?, options: ClientOptions) {
        self.folder = folder
        self.ttlSeconds = ttlSeconds
        var options = options
        options.cert = folder.path + "/svid.pem"
        options.key = folder.path + "/svid.key"
        options.cacert = folder.path + "/bundle.pem"
        self.options = options
    }

    /// The certificate that is there.
    func held() throws -> HeldIdentity {
        do {
            return try folder.held()
        } catch {
            throw Failure(
                .notAuthenticated,
                "maxine: no identity to renew: \(error.message)\nHave one issued: maxine identity issue"
            )
        }
    }

    /// Has a new key's certificate issued and puts both in place; what is there then.
    ///
    /// An attempt that hangs ends while there is time for another.
    /// - Throws: ``Failure``; then what was there before is.
    func renew() async throws -> HeldIdentity {
        let before = try held()
        let time = RenewalSchedule(before).attemptNanoseconds(nowNanoseconds: now())
        let request: GeneratedSigningRequest
        do {
            request = try GeneratedSigningRequest(for: before.spiffeID)
        } catch {
            throw Failure(.failed, "maxine: \(error.message)")
        }
        // The files are read anew each time: whoever has replaced them meanwhile is taken at their word.
        let answer = try await GatewayClient(
            options, usesSavedSession: false, speaksByCertificate: true,
            timeout: .nanoseconds(time)
        ).send(.POST, "/identity/renew", body: IdentityBody.text(request.csrPEM, ttlSeconds))
        guard let chain = answer?["chain"]?.string, let bundle = answer?["bundle"]?.string else {
            throw Failure(.failed, "maxine: the answer holds no certificate")
        }
        do {
            let new = try HeldIdentity(pem: Array(chain.utf8), path: "the answer")
            guard new.spiffeID == before.spiffeID else {
                throw Failure(.failed, "maxine: the answer is a certificate of another identity")
            }
            try folder.write(
                .init(chain: chain, key: request.privateKeyPEM, bundle: bundle))
            return new
        } catch let error as PKIError {
            throw Failure(.failed, "maxine: \(error.message)")
        }
    }

    /// Prints what was put in place.
    func report(_ identity: HeldIdentity) {
        let end = CivilTime.rfc3339(nanoseconds: identity.endNanoseconds)
        guard options.json else {
            return Terminal.print("renewed \(identity.spiffeID) until \(end) in \(folder.path)/")
        }
        Terminal.print(
            json: jsonText(
                .object([
                    .text("spiffeId", identity.spiffeID.description), .text("expiresAt", end),
                    .text("serial", identity.serial), .text("out", folder.path),
                ])))
    }
}
