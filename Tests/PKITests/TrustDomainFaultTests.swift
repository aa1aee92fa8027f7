import Foundation
@testable import PKI
import Support
import Testing

@Suite("A trust domain whose making is interrupted")
struct TrustDomainFaultTests {
    private let now: Int64 = 1_795_435_200_000_000_000

    private func configuration(_ scratch: TestFolder) -> TrustDomainConfiguration {
        TrustDomainConfiguration(
            directory: scratch.path + "/data/pki", trustDomain: "maxine.test", datacenter: "dc1",
            certsDirectory: scratch.path + "/certs")
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func isWholeOrNotThereAfterAnyFailedStep(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let scratch = try TestFolder()
            let files = FaultyFiles(failing: number, fault)
            let first = try? TrustDomainStore.openOrCreate(
                configuration(scratch), nowNanoseconds: now, files: files)
            #expect((first == nil) == files.hasFailed)
            let second = try TrustDomainStore.openOrCreate(
                configuration(scratch), nowNanoseconds: now)
            let third = try TrustDomainStore.openOrCreate(
                configuration(scratch), nowNanoseconds: now)
            #expect(third.created.isEmpty)
            #expect(third.bundlePEM == second.bundlePEM)
            #expect(try scratch.names("data") == ["pki"])
            if !files.hasFailed { break }
        }
        // Two folders with their parents' syncs, the draft, four files, its sync, the rename and its sync.
        #expect(number > 10)
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func leavesTheOldOperatorFilesWholeAfterAnyFailedStep(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let scratch = try TestFolder()
            let store = try TrustDomainStore.openOrCreate(
                configuration(scratch), nowNanoseconds: now)
            _ = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
            let files = FaultyFiles(failing: number, fault)
            let faulty = try TrustDomainStore.openOrCreate(
                configuration(scratch), nowNanoseconds: now, files: files)
            let written = try? faulty.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
            #expect((written == nil) == files.hasFailed)
            for name in ["operator.key", "operator.pem", "bundle.pem"] {
                let text = try scratch.text("certs/" + name)
                #expect(text.hasPrefix("-----BEGIN ") && text.hasSuffix("-----\n"), "\(name)")
            }
            #expect(try scratch.mode("certs/operator.key") == 0o600)
            // The next attempt goes through and leaves no draft.
            _ = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
            #expect(try scratch.names("certs").count == 3)
            if !files.hasFailed { break }
        }
        #expect(number > 9)
    }
}
