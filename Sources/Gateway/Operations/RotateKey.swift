internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Gives an API key a new secret, which the answer holds; the last one stays good for a grace.
struct RotateKey: SlowOperation {
    typealias Success = MintedAPIKey

    let id: String
    let graceSeconds: Int

    static var action: Action { .keyRotate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        Array("{\"grace_seconds\":\(graceSeconds)}".utf8)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return try await services.keys.rotate(
                id, graceSeconds: graceSeconds, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall()
            ).mapError { Problem($0, id) }
        } catch {
            return .failure(Problem(error))
        }
    }
}
