@testable import PKI
import Support
import Testing

/// A secret comes from a file, a variable or a credential, and never out of the configuration.
@Suite struct SecretSourceTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func read(_ text: String, _ environment: [String: String] = [:]) -> String {
        guard let source = SecretSource(text) else { return "no source" }
        do throws(PKIError) {
            return String(
                decoding: try source.read(as: "custody.seal", environment: environment),
                as: UTF8.self)
        } catch {
            return error.message
        }
    }

    @Test func aFileGivesItsTextWithoutTheLinesEnd() throws {
        try folder.write("s3cret\n", to: "seal")
        try folder.chmod("seal", 0o600)
        #expect(read("file:" + folder.path("seal")) == "s3cret")
        #expect(SecretSource("file:/a:b")?.description == "file:/a:b")
    }

    @Test func bytesThatAreNoTextStayAsTheyAre() throws {
        try folder.write([0, 1, 0xFF, 0x0A], to: "seal")
        try folder.chmod("seal", 0o600)
        let source = try #require(SecretSource("file:" + folder.path("seal")))
        #expect(try source.read(as: "x", environment: [:]) == [0, 1, 0xFF, 0x0A])
    }

    @Test func aFileThatOthersCanReadIsRefused() throws {
        try folder.write("s3cret", to: "seal")
        try folder.chmod("seal", 0o640)
        let message = read("file:" + folder.path("seal"))
        #expect(message.contains("chmod 600") && !message.contains("s3cret"), "\(message)")
        #expect(
            read("file:" + folder.path("none")) == "custody.seal: \(folder.path("none")) is missing"
        )
        #expect(read("file:" + folder.path).contains("is a folder"))
        try folder.write("\n", to: "empty")
        try folder.chmod("empty", 0o600)
        #expect(read("file:" + folder.path("empty")).contains("is empty"))
    }

    @Test func aVariableAndACredentialAreReadByName() throws {
        #expect(read("env:SEAL", ["SEAL": "s3cret"]) == "s3cret")
        #expect(read("env:SEAL").contains("SEAL is not set"))
        #expect(read("env:SEAL", ["SEAL": ""]).contains("SEAL is not set"))
        try folder.write("s3cret\n", to: "seal")
        let environment = ["CREDENTIALS_DIRECTORY": folder.path]
        #expect(read("credential:seal", environment) == "s3cret")
        #expect(read("credential:other", environment).contains("is missing"))
        #expect(read("credential:seal").contains("LoadCredential"))
    }

    @Test(arguments: [
        "", "seal", "file:", "env:", "env:MAXINE_SEAL", "env:A B", "credential:../seal",
        "credential:a/b", "s3cret:x", "env:-a", "file:a\0b",
    ])
    func isNoSource(_ text: String) {
        #expect(SecretSource(text) == nil)
    }
}
