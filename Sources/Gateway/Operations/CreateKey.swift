internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON
internal import Time

/// Makes an API key that its caller owns; the answer holds its secret, and nothing else does.
struct CreateKey: AskerOperation {
    typealias Success = MintedAPIKey

    let plan: APIKeyPlan

    static var action: Action { .keyCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"name\":")
        writer.string(plan.name)
        writer.raw(",\"scopes\":")
        writer.strings(plan.scopes)
        if let seconds = plan.seconds {
            writer.raw(",\"ttl_seconds\":")
            writer.integer(seconds)
        }
        writer.raw("}")
        return writer.bytes
    }

    func report(of made: Success) -> OutcomeReport { OutcomeReport(status: 201) }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return try await services.keys.create(
                plan, owner: asker.standing.subject.principal, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall()
            ).mapError { Problem($0, plan.id) }
        } catch {
            return .failure(Problem(error))
        }
    }
}
