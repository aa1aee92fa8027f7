import ArgumentParser
import Audit
import Gateway
import PKI
import StrictJSON

struct CASeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Seal the private keys of the data folder, or seal them anew with another key.",
        discussion: """
            Runs on the gateway's machine, with the gateway stopped. The files of the authorities' and the tokens' keys \
            are sealed with the key that custody.seal names. To change the sealing key, let custody.seal name the new \
            one and --from the old one. A file is replaced at one moment; a command that was interrupted is run again. \
            What a plain file held may still be read from the disk and from backups: rotate what must not be.
            """)

    @Option(help: "Where the key is that sealed the files until now: \(SecretSource.form).")
    var from: String?
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try configuration.load().configuration
        let old = try from.map { text in
            guard let source = SecretSource(text) else {
                throw Failure(
                    .usage, "maxine: --from must be \(SecretSource.form)")
            }
            return source
        }
        let sealed: [String]
        do {
            sealed = try await Assembly.sealKeys(settings, from: old)
        } catch AuditError.locked {
            throw Failure(
                .failed, "maxine: a gateway runs on \(settings.dataDirectory): stop it first")
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
        if json {
            var writer = JSONWriter()
            writer.raw("{\"sealed\":")
            writer.strings(sealed)
            writer.raw("}")
            return Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
        }
        for path in sealed { Terminal.print("sealed \(path)") }
        if sealed.isEmpty { Terminal.print("all keys are sealed with the key of custody.seal") }
    }
}
