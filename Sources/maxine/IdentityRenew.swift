import ArgumentParser
import PKI

struct IdentityRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Have a workload's identity issued anew, over the one that is still good.",
        discussion: """
            Makes a new key, has its certificate issued to the same identity, and replaces svid.pem, svid.key and bundle.pem \
            in the folder at one moment: they are links into a folder that is swapped. With --watch it stays, renews \
            shortly before half of each certificate's life is over, and tries again until its end where the \
            gateway can't be reached or refuses. Once the identity has ended it ends with status 4: have a new one issued.
            """)

    @Option(
        help: "The folder with svid.pem, svid.key and bundle.pem, as 'identity issue' wrote it.")
    var out: String
    @Option(
        help: "How long it is valid, as 30m or 1h; default and most: as long as the one before.")
    var ttl: String?
    @Flag(help: "Stay, and renew each time before the end.") var watch = false
    @OptionGroup var notice: RenewalNotice
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard options.cert == nil, options.key == nil, options.cacert == nil else {
            throw ValidationError(
                "--out names the identity: --cert, --key and --cacert have no use here")
        }
    }

    func run() async throws {
        let renewal = IdentityRenewal(
            folder: IdentityFolder(out),
            ttlSeconds: try ttl.map { try DurationText.seconds($0, of: "--ttl") },
            options: options)
        _ = try notice.target()
        guard watch else {
            renewal.report(try await renewal.renew())
            return try notice.give()
        }
        try await RenewalWatch(renewal: renewal, notice: notice).run()
    }
}
