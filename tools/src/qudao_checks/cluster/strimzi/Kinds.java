import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.File;
import java.util.Arrays;

/** Writes a CustomResourceDefinition into a folder for each named class: java -cp jars/* Kinds.java FOLDER CLASS... */
public class Kinds {
    public static void main(String[] given) throws ClassNotFoundException {
        var generator = new CRDGenerator().forCRDVersions("v1").inOutputDir(new File(given[0]));
        for (var name : Arrays.asList(given).subList(1, given.length)) {
            generator.customResourceClasses(Class.forName(name).asSubclass(CustomResource.class));
        }
        generator.generate();
    }
}
