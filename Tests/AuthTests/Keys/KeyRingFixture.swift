import Audit
import Auth
import Policy
import ProofSupport
import Support

/// A ring on a store of its own, and who lets others change it.
final class KeyRingFixture {
    static let now: Int64 = 1_800_000_000_000_000_000
    static let second: Int64 = 1_000_000_000
    static let owner = Principal(kind: .user, id: "tester", authentication: .session)

    let gatehouse: Gatehouse
    let store: CredentialStore
    let ring: APIKeyRing
    /// The place of the last record in the log.
    private(set) var sequence: UInt64 = 0

    init(_ bounds: APIKeyBounds = APIKeyBounds(), resets: BootstrapResets? = nil) throws {
        gatehouse = try Gatehouse()
        store = try CredentialStore(path: gatehouse.folder.path("credentials.sqlite"))
        ring = try APIKeyRing(store, trustDomain: "maxine.local", bounds: bounds, resets: resets)
    }

    func create(
        seconds: Int? = 60, at now: Int64 = KeyRingFixture.now,
        owner: Principal = KeyRingFixture.owner,
        _ change: (inout APIKeyPlan) -> Void = { _ in }
    ) async throws -> Result<MintedAPIKey, APIKeyRefusal> {
        var plan = APIKeyPlan()
        plan.scopes = ["x"]
        plan.seconds = seconds
        change(&plan)
        let permit = try gatehouse.permit(.keyCreate, Resource(id: plan.id))
        let receipt = try self.receipt(.keyCreate, permit.decisionID)
        return try await ring.create(
            plan, owner: owner, permit: permit, receipt: receipt,
            nowNanoseconds: now)
    }

    func rotate(
        _ id: String, graceSeconds: Int, at now: Int64 = KeyRingFixture.now
    ) async throws -> Result<MintedAPIKey, APIKeyRefusal> {
        let permit = try gatehouse.permit(.keyRotate, Resource(id: id))
        let receipt = try self.receipt(.keyRotate, permit.decisionID)
        return try await ring.rotate(
            id, graceSeconds: graceSeconds, permit: permit, receipt: receipt,
            nowNanoseconds: now)
    }

    /// A key as it is shown.
    func shown(_ id: String) throws -> ShownAPIKey? {
        let permit = try gatehouse.permit(.keyRead, Resource(id: id))
        let receipt = try self.receipt(.keyRead, permit.decisionID)
        return try ring.show(id, permit: permit, receipt: receipt)
    }

    /// When a key was used last.
    func used(_ id: String) throws -> Int64? { try shown(id)?.usedNanoseconds }

    func revoke(_ id: String) async throws -> Result<Void, APIKeyRefusal> {
        let permit = try gatehouse.permit(.keyRevoke, Resource(id: id))
        let receipt = try self.receipt(.keyRevoke, permit.decisionID)
        return try await ring.revoke(
            id, permit: permit, receipt: receipt, nowNanoseconds: KeyRingFixture.now)
    }

    /// `ok`, or why not.
    func judge(_ bytes: [UInt8], at now: Int64 = KeyRingFixture.now) -> String {
        let answer = ring.authenticate(.apiKey(RawToken(bytes)), nowNanoseconds: now)
        switch answer {
        case .principal: return "ok"
        case .refused(let refusal): return refusal.code
        case .notMine: return "not mine"
        }
    }

    /// Counts a use.
    func reading(_ key: MintedAPIKey, at now: Int64) throws -> QuotaReading? {
        let answer = ring.authenticate(.apiKey(RawToken(key.whole.bytes)), nowNanoseconds: now)
        guard case .principal(_, _, _, let terms?, _) = answer else {
            throw TestFault(description: "refused: \(answer)")
        }
        return terms.take(nowNanoseconds: now)
    }

    /// Counts a use; the seconds to wait if it is one too many.
    func use(_ key: MintedAPIKey, at now: Int64) throws -> Int? {
        try reading(key, at: now)?.waitSeconds
    }

    private func receipt(_ action: Action, _ decision: UInt64) throws -> Receipt {
        let receipt = try gatehouse.receipt(
            Record(kind: .intent, action: action.name, decisionID: decision))
        sequence = receipt.sequence
        return receipt
    }
}

extension Result where Failure == APIKeyRefusal {
    var refusal: APIKeyRefusal? {
        if case .failure(let refusal) = self { refusal } else { nil }
    }
}
