// swift-tools-version: 6.3
import PackageDescription

/// One libFuzzer program a parser, as a static library: `scripts/fuzz.sh` links it with libFuzzer's own main.
let programs: [(name: String, modules: [String])] = [
    ("FuzzJSON", ["StrictJSON"]), ("FuzzSPIFFEID", ["Policy"]), ("FuzzPolicy", ["Policy"]),
    ("FuzzConfiguration", ["Gateway"]), ("FuzzJournalLine", ["Audit"]), ("FuzzProof", ["Audit"]),
    ("FuzzChain", ["PKI"]),
    ("FuzzCSR", ["PKI"]), ("FuzzRegistration", ["Registry", "StrictJSON"]),
    ("FuzzHTTP1", ["Wire"]), ("FuzzHTTP2", ["Wire"]), ("FuzzPath", ["Wire"]),
    ("FuzzStatusRequest", ["PKI"]), ("FuzzRevocationList", ["PKI"]),
    ("FuzzToken", ["Auth", "StrictJSON"]), ("FuzzDirectory", ["LDAP", "Workers"]),
    ("FuzzOpenID", ["Auth", "StrictJSON"]),
    ("FuzzSAMLResponse", ["SAML", "XML"]), ("FuzzSAMLMetadata", ["SAML", "XML"]),
]

let package = Package(
    name: "maxine-fuzz",
    products: programs.map {
        .library(name: $0.name, type: .static, targets: [$0.name])
    },
    dependencies: [
        .package(name: "maxine", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    ],
    targets: programs.map { program in
        .target(
            name: program.name,
            dependencies: program.modules.map { .product(name: $0, package: "maxine") }
                + (program.modules == ["Wire"]
                    ? [.product(name: "NIOCore", package: "swift-nio")] : [])
                + (program.modules.contains("SAML")
                    ? [.product(name: "CryptoExtras", package: "swift-crypto")] : []),
            swiftSettings: [.swiftLanguageMode(.v6)])
    }
)
