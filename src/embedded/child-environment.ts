/** What a process of Trooper's own is given of the environment: what a program needs of the system, and what the library and its drivers read. No key of a provider is among them. */
const passed =
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|WINDIR|COMSPEC|TMPDIR|TEMP|TMP|LANG|LC_.*|TZ|LD_LIBRARY_PATH|DYLD_.*|CUDA_.*|HIP_.*|ROCR_.*|VK_.*|GGML_.*|NODE_LLAMA_CPP_.*|HF_.*|MODEL_ENDPOINT|NODE_EXTRA_CA_CERTS)$/i

export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => passed.test(name)))
}
