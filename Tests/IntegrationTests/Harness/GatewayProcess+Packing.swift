import Foundation
import Support

extension GatewayProcess {
    /// The names of the files that hold the log.
    func segmentFiles() throws -> [String] {
        let path = folder.appending(path: "data/audit/segments").path
        return try FileManager.default.contentsOfDirectory(atPath: path)
    }

    /// Whether the first segment comes to be taken away, and it is on record that it was.
    func isPruned() throws -> Bool {
        for _ in 0..<3000 {
            let isGone = try !segmentFiles().contains { $0.hasPrefix("00000000000000000001.") }
            if isGone, try JournalFiles(of: folder).records("log.pruned").count > 1 { return true }
            guard process?.isRunning == true else { return false }
            usleep(20_000)
        }
        return false
    }

    /// Whether all segments but the one that is written come to be packed, and nothing is left beside them.
    ///
    /// The thread that packs gives way to all others, those of compilers included.
    func isPacked() throws -> Bool {
        for _ in 0..<3000 {
            let names = try segmentFiles()
            let isClean = !names.contains { $0.hasSuffix(".new") }
            if isClean, names.count > 1, names.count(where: { $0.hasSuffix(".jsonl") }) == 1 {
                return true
            }
            guard process?.isRunning == true else { return false }
            usleep(20_000)
        }
        return false
    }
}
