import Audit
import Foundation

/// Writes a log of many records, then verifies it with its key and checkpoint.
struct VerifyBenchmark {
    let folder: String
    let records: Int

    func run() throws {
        let path = folder + "/audit"
        let journal = try Journal.open(JournalConfiguration(directory: path))
        let notary = try Notary.start(journal, NotaryConfiguration(origin: "bench/audit"))
        let lane = journal.makeLane()
        var written = 0
        let start = Date()
        while written < records {
            let count = min(256, records - written)
            for place in 0..<count { try lane.append(Sample.record(UInt64(written + place))) }
            let commit = lane.commit(nowNanoseconds: JournalConfiguration.systemClock())
            if let failure = commit.failure { throw failure }
            written += count
        }
        let wrote = Date().timeIntervalSince(start)
        journal.close()
        notary.stop()
        print("\(records) records in batches of 256 written in \(Self.text(wrote)) s")
        var options = VerifyOptions()
        options.keys = notary.keys
        for round in 1...2 {
            let start = Date()
            let report = try LogVerifier.verify(directory: path, options: options).get()
            let seconds = Date().timeIntervalSince(start)
            print(
                "round \(round): \(report.records) records, \(report.bytes >> 20) MiB in"
                    + " \(Self.text(seconds)) s: \(Int(Double(report.records) / seconds))"
                    + " records/s")
        }
        let signed = try LogEvidence(directory: path).checkpoint()
        guard let signed else { return }
        let evidence = LogEvidence(directory: path)
        let begin = Date()
        for place in 0..<1000 {
            let sequence = UInt64(place) * signed.checkpoint.size / 1000 + 1
            _ = try evidence.proof(of: sequence, under: signed)
        }
        print("a proof: \(Int(Date().timeIntervalSince(begin) * 1000)) us, mean of 1000")
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.2f", seconds) }
}
