internal import Audit
internal import PKI
internal import Policy
internal import Time

/// Shows what would be out if nothing of an authority were taken any more; does nothing.
struct ShowBlastRadius: AskerOperation {
    struct Success: Sendable {
        let radius: AuthorityRadius
        /// How many connections those identities have.
        let connections: Int
    }

    let keyID: String

    static var action: Action { .caRead }
    var resource: Resource { Resource(id: keyID) }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        ListAuthorities().fault(for: asker, in: services)
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let radius: AuthorityRadius
        do throws(PKIError) {
            radius = try services.authorities.office.radius(
                of: keyID, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
        } catch {
            return .failure(Problem(error))
        }
        let holders = Set(radius.holders)
        let connections = await services.live.count { principal in
            principal.spiffeID.map { holders.contains($0.description) } ?? false
        }
        return .success(Success(radius: radius, connections: connections))
    }
}
