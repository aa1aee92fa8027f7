import ArgumentParser
import Auth
import StrictJSON
import Text

struct KeysCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for API keys in files; exits 1 where there are any. Asks no gateway.")

    @Argument(help: "Files, or - for standard input.") var files: [String]
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        var found: [(file: String, key: APIKeyScanner.Finding)] = []
        for file in files {
            var scanner = APIKeyScanner()
            let isThere = try InputFile.forEachPart(of: file) { part in
                found += scanner.scan(part).map { (file, $0) }
            }
            guard isThere else { throw Failure(.usage, "maxine: there is no file \(quote(file))") }
        }
        tell(found)
        guard found.isEmpty else {
            throw Failure(
                .failed,
                "maxine: \(found.count) API keys in \(files.count) files; whoever reads them has them:"
                    + " revoke or rotate each")
        }
    }

    private func tell(_ found: [(file: String, key: APIKeyScanner.Finding)]) {
        guard json else {
            if found.isEmpty { Terminal.print("no API keys in \(files.count) files") }
            for (file, key) in found {
                Terminal.print("\(file):\(key.line):\(key.column): API key \(key.id)")
            }
            return
        }
        var writer = JSONWriter()
        writer.raw("{\"keys\":[")
        for (index, (file, key)) in found.enumerated() {
            writer.raw(index > 0 ? ",{\"file\":" : "{\"file\":")
            writer.string(file)
            writer.raw(",\"line\":")
            writer.integer(key.line)
            writer.raw(",\"column\":")
            writer.integer(key.column)
            writer.raw(",\"id\":")
            writer.string(key.id)
            writer.raw("}")
        }
        writer.raw("]}")
        Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
    }
}
