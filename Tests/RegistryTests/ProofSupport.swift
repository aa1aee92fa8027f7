import Audit
import NIOConcurrencyHelpers
import Policy

@testable import Registry

/// A permit and the receipt of its record.
struct Proof: ~Copyable {
    var permit: Permit
    var receipt: Receipt
}

/// Mints permits and receipts the only way there is: by a policy's decision and a journal's commit.
final class Gatehouse: Sendable {
    private let next = NIOLockedValueBox<UInt64>(0)

    init() throws {}

    func proof(
        _ action: Action, service: String?, namespace: String = "default", id: String? = nil,
        tags: [String]? = nil
    ) throws -> Proof {
        let number = next.withLockedValue { value in
            value += 1
            return value
        }
        let resource = Resource(service: service, namespace: namespace, id: id, tags: tags)
        return Proof(
            permit: Permit(
                decisionID: number, operation: Operation(action: action, resource: resource)),
            receipt: Receipt(sequence: number, decisionID: number, nowNanoseconds: 0))
    }

    func receipt(of batch: ExpiredBatch) throws -> Receipt {
        let number = next.withLockedValue { value in
            value += 1
            return value
        }
        return Receipt(sequence: number, decisionID: batch.bindingID, nowNanoseconds: 0)
    }
}
