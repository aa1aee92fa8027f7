import Gateway
import PKI
import Testing

/// How keys are kept, as the configuration says it; what can't work is refused with what to set.
@Suite struct CustodyConfigurationTests {
    private func fault(_ text: String) -> String {
        do {
            _ = try ConfigurationFile.load(yaml: ("f", text), environment: [:])
            return "taken"
        } catch {
            return error.description
        }
    }

    @Test func readsAllThatIsNeeded() throws {
        let text = """
            custody:
              keys: openbao
              seal: "credential:seal"
              openbao: { address: "https://bao.example.org:8200", token: "file:/run/t", mount: a/b }
              pkcs11: { module: /m.so, token: maxine, pin: "env:PIN" }
            """
        let custody = try ConfigurationFile.load(yaml: ("f", text), environment: [:])
            .configuration.custody
        #expect(custody.maker == "openbao")
        #expect(custody.seal == SecretSource.credential("seal"))
        #expect(custody.openBao.address == "https://bao.example.org:8200")
        #expect(custody.openBao.mount == "a/b")
        #expect(custody.pkcs11.pin == SecretSource.environment("PIN"))
        #expect(fault(#"custody: { keys: file }"#) == "taken")
    }

    @Test(arguments: [
        ("{ keys: hsm }", "custody.keys must be file, openbao or pkcs11"),
        ("{ keys: openbao }", "set custody.openbao.address and custody.openbao.token"),
        (
            #"{ openbao: { address: "https://b:8200" } }"#,
            "custody.openbao.address is set: set custody.openbao.token, too"
        ),
        (#"{ openbao: { token: "file:/t" } }"#, "and custody.openbao.address is not"),
        (#"{ openbao: { address: "http://b:8200", token: "file:/t" } }"#, "an https address"),
        (#"{ openbao: { address: "https://b/v1", token: "file:/t" } }"#, "without a path"),
        (
            #"{ openbao: { address: "https://b", token: "s.1234" } }"#,
            "custody.openbao.token must be file:PATH"
        ),
        (
            #"{ openbao: { address: "https://b", token: "file:/t", mount: "../sys" } }"#,
            "custody.openbao.mount must be"
        ),
        ("{ keys: pkcs11 }", "custody.pkcs11.pin go together: set all three"),
        ("{ pkcs11: { module: /m.so } }", "go together: set all three"),
        ("{ pkcs11: { pin: 1234 } }", "custody.pkcs11.pin must be file:PATH"),
        ("{ seal: secret-of-ours }", "custody.seal must be file:PATH"),
    ])
    func refusesWhatCanNotWork(_ text: String, _ says: String) {
        let fault = fault("custody: " + text)
        #expect(fault.contains(says), "\(fault)")
        for secret in ["1234", "secret-of-ours"] { #expect(!fault.contains(secret), "\(fault)") }
    }

    @Test func httpIsForLoopbackOnly() {
        let text = #"custody: { openbao: { address: "http://127.0.0.1:8200", token: "file:/t" } }"#
        #expect(fault(text) == "taken")
    }
}
