import Audit
import Foundation
import Gateway
import Support
import Testing

/// The running gateway packs what is full and sealed, and goes on from it.
@Suite(.timeLimit(.minutes(10))) struct LogSpaceTests {
    private func gateway(
        folder: TestFolder? = nil, packs: Bool = true
    ) throws -> InProcessGateway {
        try InProcessGateway(folder: folder) { settings in
            settings.audit.segmentBytes = 4096
            settings.audit.fillBytes = 0
            settings.audit.packsSegments = packs
        }
    }

    private func fill(_ gateway: InProcessGateway, _ count: Int) async throws {
        for number in 0..<count {
            let answer = try await gateway.register("api", "api-\(number)")
            #expect(answer.status == 201, "\(answer.body)")
        }
    }

    @Test func theNextStartGoesOnFromPackedSegments() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await fill(gateway, 30)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_segments_packed") == 0, "no seals yet")
            let before = try await gateway.metric("maxine_audit_bytes")
            try await gateway.tick(.reading)
            try await gateway.tick(.space)
            let packed = try await gateway.metric("maxine_audit_segments_packed")
            #expect(packed > 3)
            #expect(try await gateway.metric("maxine_audit_segments_unpacked") == 0)
            #expect(try await gateway.metric("maxine_audit_bytes") < before)
            let names = try gateway.left.names("data/audit/segments")
            #expect(names.count { $0.hasSuffix(".jsonl.gz") } == packed)
            #expect(names.count { $0.hasSuffix(".jsonl") } == 1)
            // What is read again is the packed form.
            for _ in 0..<30 { try await gateway.tick(.reading) }
            try await gateway.tick(.log)
            #expect(try await gateway.page("/readyz").status == 200)
            #expect(try await gateway.metric("maxine_audit_read_again_fault") == 0)
        }
        let next = try self.gateway(folder: gateway.left)
        try await next.serving { next in
            #expect(next.logText().contains("by their seals"))
            let list = try await next.curl("GET", "/api/maxine/services/api?limit=100")
            #expect(list.body.contains("\"api-8\""))
            #expect(try next.journal().count > 30)
            let proof = try await next.curl("GET", "/api/maxine/audit/proof/3")
            #expect(proof.body.hasPrefix("c2sp.org/tlog-proof"), "\(proof.body)")
        }
        gateway.expectWholeLog()
    }

    @Test func nothingIsPackedWhereNobodyWantsIt() async throws {
        let gateway = try gateway(packs: false)
        try await gateway.serving { gateway in
            try await fill(gateway, 20)
            try await gateway.tick(.reading)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_segments_packed") == 0)
            #expect(try await gateway.metric("maxine_audit_segments_unpacked") > 2)
        }
        gateway.expectWholeLog()
    }
}
