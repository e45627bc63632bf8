// The programs of others that run on Node: reads a case a line, answers {case, accepted, why} a line, in the same
// order. Usage: node judging.mjs PEER. The clock of a case is `at`, where it has one; nothing may open a socket.
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { createInterface } from "node:readline";

Socket.prototype.connect = () => {
  throw new Error("a peer asked for the network");
};

const require = createRequire(import.meta.url);
const answers = console.log;
console.log = console.error; // some of them talk

// Each makes a judge: a function of a case that answers what it found, or throws what is wrong.
const PEERS = {
  "dcc-utils": () => {
    const { DCC } = require("dcc-utils");
    return async ({ text, certificate }) => {
      const opened = await DCC.fromRaw(text);
      await opened.checkSignatureWithCertificate(certificate);
    };
  },

  "dcc-sdk": () => {
    const { addCachedCerts, unpackAndVerify } = require("@pathcheck/dcc-sdk");
    return async ({ text, certificate, key_id: keyId }) => {
      addCachedCerts({ [keyId]: certificate.replace(/-----[A-Z ]+-----/g, "").trim() });
      const { status } = await unpackAndVerify(text);
      must(status === "verified", status);
    };
  },

  "vds-sdk": () => {
    const { unpackAndVerify } = require("@pathcheck/vds-sdk");
    return async ({ text }) => must(await unpackAndVerify(text), "not verified");
  },

  "kill-the-clipboard": () => {
    const { Directory, SHCReader } = require("kill-the-clipboard");
    return async ({ text, issuer, keys, crls = [] }) => {
      const directory = Directory.fromJSON({ issuerInfo: [{ issuer: { iss: issuer }, keys, crls }] });
      const reader = new SHCReader({ issuerDirectory: directory });
      await (text.startsWith("shc:/") ? reader.fromQRNumeric(text) : reader.fromJWS(text));
    };
  },

  nzcp: () => {
    const { verifyPassURIOffline } = require("@vaxxnz/nzcp");
    return async ({ text, did }) => {
      const { success, violates } = verifyPassURIOffline(text, { didDocument: did, trustedIssuer: did.id });
      must(success, violates && `${violates.section}: ${violates.message}`);
    };
  },

  "certlogic-js": () => {
    const { evaluate } = require("certlogic-js");
    const { validateFormat } = require("certlogic-js/dist/validation");
    return async ({ logic, data }) => {
      const issues = validateFormat(logic);
      must(issues.length === 0, JSON.stringify(issues));
      return evaluate(logic, data);
    };
  },
};

function must(holds, why) {
  if (!holds) throw new Error(why);
}

const RealDate = Date;

function setClock(at) {
  if (at === undefined) {
    globalThis.Date = RealDate;
    return;
  }
  const instant = new RealDate(at).getTime();
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length ? given : [instant]));
    }
    static now() {
      return instant;
    }
  };
}

const judge = PEERS[process.argv[2]]();
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  setClock(asked.at);
  try {
    const value = await judge(asked);
    answers(JSON.stringify({ case: asked.case, accepted: true, why: null, value: value ?? null }));
  } catch (error) {
    const why = String(error?.code ?? error?.message ?? error).slice(0, 300);
    answers(JSON.stringify({ case: asked.case, accepted: false, why, value: null }));
  }
}
process.exit(0);
