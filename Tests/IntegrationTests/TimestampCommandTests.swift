import Foundation
import Support
import Testing

/// A checkpoint's timestamp at the command line: made by a real authority (`openssl ts`), and held against a log.
@Suite(.serialized, .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct TimestampCommandTests {
    @Test func aTimestampSaysWhenTheEndWasThere() throws {
        let house = try StampAuthority()
        let gateway = try GatewayProcess.started()
        #expect(try gateway.register("api", "api-1").status == 201)
        let checkpoint = try gateway.maxine("audit", "checkpoint")
        try Data(checkpoint.output.utf8).write(to: gateway.folder.appending(path: "a.note"))
        let asked = try gateway.maxine("audit", "timestamp", "a.note", "--request", "a.tsq")
        #expect(asked.status == 0, "\(asked.error)")
        let query = try Data(contentsOf: gateway.folder.appending(path: "a.tsq"))
        let answer = try house.answer(Array(query))
        try Data(answer).write(to: gateway.folder.appending(path: "answer"))
        let root = house.folder.path("root.pem")
        let kept = try gateway.maxine(
            "audit", "timestamp", "a.note", "--response", "answer", "--tsa-ca", root)
        #expect(kept.status == 0, "\(kept.error)")
        #expect(kept.output.contains("stamps of a test"), "\(kept.output)")
        #expect(gateway.stop() == 0)

        func verify(_ note: String, _ stamp: String, _ more: [String] = []) throws -> Shell.Result {
            try gateway.maxine(
                [
                    "audit", "verify", "--dir", "data/audit", "--checkpoint", note, "--timestamp",
                    stamp, "--tsa-ca", root,
                ] + more)
        }
        let good = try verify("a.note", "a.note.tsr")
        #expect(good.status == 0, "\(good.error)")
        #expect(good.output.contains("end proved up to record "), "\(good.output)")
        #expect(good.output.contains("that end was there at 20"), "\(good.output)")
        #expect(good.output.contains("stamps of a test"), "\(good.output)")
        let json = try verify("a.note", "a.note.tsr", ["--json"])
        #expect(json.output.contains(#""timestamp":{"time":"20"#), "\(json.output)")
        let theirs = try Shell.run(
            [
                "openssl", "ts", "-verify", "-data", "a.note", "-in", "a.note.tsr", "-CAfile", root,
            ], directory: gateway.folder)
        #expect(theirs.output.contains("Verification: OK"), "\(theirs)")

        let stranger = try StampAuthority()
        let untrusted = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--checkpoint", "a.note", "--timestamp",
            "a.note.tsr", "--tsa-ca", stranger.folder.path("root.pem"))
        #expect(untrusted.status == 6, "\(untrusted)")
        #expect(untrusted.error.contains("no authority that was given"), "\(untrusted.error)")
        let other = try gateway.maxine("audit", "verify", "--timestamp", "a.note.tsr")
        #expect(other.status == 2, "\(other)")
        try Data(TimestampCommandTests.nonsense).write(
            to: gateway.folder.appending(path: "bad.tsr"))
        #expect(try verify("a.note", "bad.tsr").status == 6)
    }

    private static let nonsense = Data("no timestamp".utf8)
}
