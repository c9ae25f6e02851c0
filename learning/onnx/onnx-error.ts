import { ModelFileError } from '../model-file';

/** An ONNX file that cannot be served as asked; the message is one line that says what to do. */
export class OnnxError extends ModelFileError {}
