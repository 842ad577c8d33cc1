namespace Elman.Formats;

/// <summary>Writes an activation as operators.</summary>
internal static class ActivationWriter
{
    public static string Add(GraphWriter graph, Activation activation, string path, string x)
    {
        string Node(string type, params string[] inputs) => graph.Node(path, type, inputs);
        string Scalar(float value) => graph.Constant(ModuleWriter.Named(path, "scalar"), [value]);
        return activation.Name switch
        {
            "Identity" => x,
            "Affine" => Node("Add", Node("Mul", x, Scalar(activation.Alpha)), Scalar(activation.Beta)),
            "ScaledTanh" => Node("Mul", Node("Tanh", Node("Mul", x, Scalar(activation.Beta))), Scalar(activation.Alpha)),
            "HardSigmoid" => graph.Node(path, "HardSigmoid", [x], ("alpha", activation.Alpha), ("beta", activation.Beta)),
            "LeakyRelu" or "ThresholdedRelu" or "Elu" => graph.Node(path, activation.Name, [x], ("alpha", activation.Alpha)),
            string plain => Node(plain, x),
        };
    }
}
