import Audit
import Foundation
import Support
import Testing

/// Receipts by the API in the form of COSE.
@Suite(.timeLimit(.minutes(10))) struct COSETests {
    @Test func aReceiptIsAlsoToldAsCOSE() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let registered = try await gateway.register("api", "api-1")
            let path = "/api/maxine/audit/proof/\(registered.sequence)?format=cose"
            let file = gateway.left.path("receipt")
            let answer = try await gateway.curl("GET", path, options: ["-o", file])
            #expect(answer.status == 200)
            #expect(
                answer.headers["content-type"] == "application/cose; cose-type=\"cose-sign1\"")
            let keys = try gateway.left.text("certs/log.vkey").split(separator: "\n").compactMap {
                VerifierKey(String($0))
            }
            let leaf = try #require(
                registered.headers["maxine-audit"]?.split(separator: ";").last
                    .flatMap { LeafHash(base64: String($0)) })
            let receipt = try #require(COSEReceipt(gateway.left.bytes("receipt")))
            #expect(try receipt.verify(leaf: leaf, by: keys) == keys.first)
            let other = try await gateway.curl("GET", path + "x")
            #expect(other.status == 400)
        }
    }
}
