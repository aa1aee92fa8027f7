// swift-tools-version: 6.3
import Foundation
import PackageDescription

/// One libFuzzer program a parser; `scripts/fuzz.sh` builds and runs them.
let targets: [(name: String, module: String)] = [
    ("FuzzJSON", "StrictJSON"), ("FuzzSPIFFEID", "Policy"), ("FuzzPolicy", "Policy"),
    ("FuzzConfiguration", "Gateway"), ("FuzzJournalLine", "Audit"), ("FuzzChain", "PKI"),
    ("FuzzCSR", "PKI"), ("FuzzRegistration", "Registry"), ("FuzzHTTP1", "Wire"),
    ("FuzzHTTP2", "Wire"), ("FuzzPath", "Wire"),
]

let package = Package(
    name: "maxine-fuzz",
    dependencies: [.package(name: "maxine", path: "../..")],
    targets: targets.map { target in
        .executableTarget(
            name: target.name,
            dependencies: [.product(name: target.module, package: "maxine")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .unsafeFlags(["-parse-as-library", "-sanitize=fuzzer,address"]),
            ],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
    }
)
