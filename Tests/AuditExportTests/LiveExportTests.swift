import Audit
import AuditExport
import Foundation
import NIOConcurrencyHelpers
import Testing

/// Live exporters against programs that nobody here wrote.
@Suite(.serialized) struct LiveExportTests {
    /// A log that is written to while exporters read it.
    private final class LiveLog {
        let log = TestLog()
        let journal: Journal
        private let lane: JournalLane
        private var number = 0

        init() throws {
            var configuration = JournalConfiguration(directory: log.path, version: "test")
            configuration.segmentBytesMax = 1 << 20
            configuration.fillBytes = 4096
            journal = try Journal.open(configuration)
            lane = journal.makeLane()
        }

        func write(_ count: Int) throws {
            for _ in 0..<count {
                try lane.append(TestLog.sample(number))
                number += 1
            }
            let now = JournalConfiguration.systemClock()
            if let failure = lane.commit(nowNanoseconds: now).failure { throw failure }
        }
    }

    private func wait(_ seconds: Double = 60, until done: () throws -> Bool) rethrows -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            if try done() { return true }
            usleep(50_000)
        } while Date() < deadline
        return false
    }

    @Test func rsyslogReceivesEveryRecordOverMTLSAcrossItsRestart() throws {
        try Peers.need("rsyslogd", package: "rsyslog rsyslog-openssl rsyslog-gnutls")
        let live = try LiveLog()
        let certificates = try TestCertificates(folder: live.log.file("tls"))
        let server = try RsyslogServer(folder: live.log.file("rsyslog"), certificates)
        try server.start()
        let plan = try ExporterFile.parse(
            """
            maxine_exporters: 1
            exporters:
              - { name: siem, type: syslog, address: "127.0.0.1:\(server.port)", server_name: localhost,
                  ca: "\(certificates.ca)", cert: "\(certificates.clientCert)", key: "\(certificates.clientKey)" }
            """, file: "x.yaml")[0]
        var exporter = Exporter(plan, directory: live.log.path)
        try live.write(3_000)
        #expect(wait { exporter.status.sequence >= 1_000 }, "\(exporter.status)")
        server.stop()
        try live.write(2_000)
        #expect(wait { exporter.status.fault != nil })
        try server.start()
        try live.write(2_000)
        // The exporter's own restart goes on where its cursor stands.
        _ = wait { exporter.status.sequence >= 3_500 }
        exporter.stop()
        exporter = Exporter(plan, directory: live.log.path)
        try live.write(500)
        let size = live.journal.treeSize
        #expect(wait { exporter.status.sequence == size }, "\(exporter.status)")
        exporter.stop()
        server.stop()
        let received = try server.received()
        #expect(Set(received.map(\.sequence)) == Set(1...size))
        // In order apart from what was sent again, and each with the hash of the log's own line.
        let leaves = Dictionary(
            uniqueKeysWithValues: try live.log.lines().map { line in
                let event = AuditEvent(line: Array(line.utf8))
                return (event?.sequence ?? 0, event?.leaf.base64 ?? "")
            })
        for record in received { #expect(record.leaf == leaves[record.sequence]) }
        live.journal.close()
    }

    @Test func refusesASyslogServerOfAnotherAuthority() throws {
        try Peers.need("rsyslogd", package: "rsyslog rsyslog-openssl rsyslog-gnutls")
        let live = try LiveLog()
        let server = try RsyslogServer(
            folder: live.log.file("rsyslog"), try TestCertificates(folder: live.log.file("tls")))
        let others = try TestCertificates(folder: live.log.file("others"))
        try server.start()
        defer { server.stop() }
        let plan = try ExporterFile.parse(
            """
            maxine_exporters: 1
            exporters: [ { name: siem, type: syslog, address: "127.0.0.1:\(server.port)", server_name: localhost, ca: "\(others.ca)" } ]
            """, file: "x.yaml")[0]
        let exporter = Exporter(plan, directory: live.log.path)
        defer { exporter.stop() }
        try live.write(10)
        #expect(wait { exporter.status.fault != nil })
        #expect(exporter.status.sequence == 0)
    }

    @Test func fileExporterWritesEachRecordOnce() throws {
        let live = try LiveLog()
        let path = live.log.file("copy.jsonl")
        let plan = try ExporterFile.parse(
            "maxine_exporters: 1\nexporters: [ { name: copy, type: file, path: \"\(path)\" } ]",
            file: "x.yaml")[0]
        for _ in 0..<4 {
            let exporter = Exporter(plan, directory: live.log.path)
            try live.write(700)
            usleep(150_000)
            exporter.stop()
            // As if it had crashed after writing and before its cursor moved.
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("{\"seq\":999999}\n".utf8))
            try handle.close()
        }
        let exporter = Exporter(plan, directory: live.log.path)
        let size = live.journal.treeSize
        #expect(wait { exporter.status.sequence == size })
        exporter.stop()
        let copy = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(copy.map(String.init) == (try live.log.lines()))
        live.journal.close()
    }

    @Test func aCollectorReceivesOTLP() throws {
        let python = try Peers.python()
        let live = try LiveLog()
        let collector = try Collector(python, folder: live.log.file("otlp"))
        defer { collector.stop() }
        let plan = try ExporterFile.parse(
            """
            maxine_exporters: 1
            exporters: [ { name: otlp, type: otlp, url: "http://127.0.0.1:\(collector.port)/v1/logs", filter: { decision: deny } } ]
            """, file: "x.yaml")[0]
        let exporter = Exporter(plan, directory: live.log.path)
        try live.write(2_000)
        let size = live.journal.treeSize
        #expect(wait { exporter.status.sequence == size }, "\(exporter.status)")
        exporter.stop()
        let received = try collector.sequences()
        let denied = try live.log.lines().filter { $0.contains("\"decision\":\"deny\"") }
        #expect(Set(received).count == denied.count)
        live.journal.close()
    }

    /// A sink that is not there costs the journal nothing but a thread that waits.
    @Test func aDeadReceiverBlocksNobody() throws {
        let live = try LiveLog()
        let plan = try ExporterFile.parse(
            """
            maxine_exporters: 1
            exporters: [ { name: dead, type: otlp, url: "http://127.0.0.1:9/v1/logs" } ]
            """, file: "x.yaml")[0]
        let exporter = Exporter(plan, directory: live.log.path)
        let start = Date()
        for _ in 0..<50 { try live.write(20) }
        #expect(Date().timeIntervalSince(start) < 5)
        #expect(wait { exporter.status.fault != nil })
        let stopping = Date()
        exporter.stop()
        #expect(Date().timeIntervalSince(stopping) < 15)
        live.journal.close()
    }
}
